"""Static files: which files of the front-end libraries are served, and how names carry their content's hash."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join
from whitenoise.storage import CompressedManifestStaticFilesStorage

PREFIX = "vendor/"
# What pages use of the front-end libraries; `npm ci` puts them there and nothing is built.
VENDOR_FILES = (
    "@tabler/core/dist/css/tabler.min.css",
    "bootstrap-icons/font/bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/*",
    "htmx.org/dist/htmx.min.js",
    "leaflet/dist/leaflet.css",
    "leaflet/dist/leaflet.js",
    "leaflet/dist/images/*",
)


class VendorFinder(BaseFinder):
    """Finds the files that ``VENDOR_FILES`` names below node_modules as ``vendor/…``, and nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = settings.BASE_DIR / "node_modules"
        self.storage = FileSystemStorage(location=self.root)
        self.storage.prefix = PREFIX.rstrip("/")  # type: ignore[attr-defined] # collectstatic puts it in front

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the absolute path of a named file that exists; of nothing else."""
        name = path.removeprefix(PREFIX)
        if not path.startswith(PREFIX) or not any(fnmatch(name, pattern) for pattern in VENDOR_FILES):
            return []
        found = safe_join(self.root, name)
        if not self.storage.exists(name):
            return []
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Yield every named file with its storage. Raises ``ImproperlyConfigured`` when one is not installed."""
        for pattern in VENDOR_FILES:
            files = sorted(path for path in self.root.glob(pattern) if path.is_file())
            if not files:
                raise ImproperlyConfigured(
                    f"node_modules holds no {pattern}. Run npm ci --omit=dev --ignore-scripts first."
                )
            for path in files:
                name = path.relative_to(self.root).as_posix()
                if not matches_patterns(name, list(ignore_patterns or ())):
                    yield name, self.storage


class HashedFilesStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, made to cope with libraries that name source maps they do not ship.

    ES modules import each other by hashed names too, or a page would load one module twice.
    """

    support_js_module_import_aggregation = True
    patterns: ClassVar[Any] = tuple(
        (glob, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for glob, rules in CompressedManifestStaticFilesStorage.patterns
    )
