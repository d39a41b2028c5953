"""Opens what somebody uploaded: checks that it is what its name says before any map library touches it.

Nothing is unpacked outside a private folder, and only under names of our own.
"""

from __future__ import annotations

import lzma
import shutil
import stat
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from django.conf import settings
from django.utils.translation import gettext as _

from citygrid.common.errors import Invalid

SUFFIXES = (".geojson", ".json", ".zip", ".shp", ".gpkg", ".kml")
_INSIDE_ZIP = (".shp", ".geojson", ".json", ".gpkg", ".kml")
_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MOST_MEMBERS = 2000
_STALE_SECONDS = 24 * 3600
# What a damaged, foreign or cut archive makes the zip library raise.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A checked file: ``kind`` is geojson, shapefile, gpkg or kml; ``path`` lies in a private folder or is the file."""

    kind: str
    path: Path
    name: str  # as the person calls it


def workspace() -> Path:
    """Return the private folder for uploads and unpacked files; what a killed run left there is removed."""
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for entry in folder.iterdir():
        try:
            if time.time() - entry.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()
        except FileNotFoundError:
            continue  # another run was quicker
    return folder


@contextmanager
def opened(path: Path, *, name: str = "", layer: str = "") -> Iterator[Source]:
    """Check ``path`` and yield what to read. Raises ``Invalid`` in one sentence for anything else than it claims."""
    name = name or path.name
    check_size(path, name)
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise Invalid(
            _("“%(name)s” is of no known kind. Send GeoJSON, a zipped Shapefile, GeoPackage or KML.") % {"name": name}
        )
    with tempfile.TemporaryDirectory(dir=workspace()) as folder:
        if suffix == ".zip":
            path = _unpack(path, Path(folder), layer, name)
        elif suffix == ".shp":
            for part in _SIDECARS:
                beside = next((p for p in (path.with_suffix(part), path.with_suffix(part.upper())) if p.exists()), None)
                if beside:
                    shutil.copyfile(beside, Path(folder) / f"source{part}")
            path = Path(folder) / "source.shp"
        yield Source(_checked_kind(path, suffix if suffix != ".zip" else path.suffix, name), path, name)


def check_size(path: Path, name: str) -> None:
    """Raise ``Invalid`` unless there is a file of a size that can be imported."""
    if not path.is_file():
        raise Invalid(_("There is no file “%(name)s”.") % {"name": name})
    size, most = path.stat().st_size, settings.IMPORT_MAX_BYTES
    if size == 0:
        raise Invalid(_("The file “%(name)s” is empty. Export it again.") % {"name": name})
    if size > most:
        raise too_big(name)


def too_big(name: str) -> Invalid:
    """The refusal of a file above the limit."""
    return Invalid(
        _("The file “%(name)s” is larger than the %(most)s MB that can be imported. Split it or thin it out.")
        % {"name": name, "most": settings.IMPORT_MAX_BYTES // 1024**2}
    )


def _unpack(path: Path, folder: Path, layer: str, name: str) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, name)
            wanted = _choose(members, layer, name)
            stem = wanted.rpartition(".")[0]
            suffix = PurePosixPath(wanted).suffix.lower()
            parts = _SIDECARS if suffix == ".shp" else (suffix,)
            left = settings.IMPORT_MAX_BYTES
            for member, info in members.items():
                head, _dot, tail = member.rpartition(".")
                if head == stem and f".{tail.lower()}" in parts:
                    left = _extract(archive, info, folder / f"source.{tail.lower()}", left, name)
            return folder / f"source{suffix}"
    except _UNREADABLE as fault:
        raise Invalid(
            _("“%(name)s” is not a readable zip file or is cut short. Pack the Shapefile again.") % {"name": name}
        ) from fault


def _members(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """Members by their names as people wrote them; raises for whatever an honest zip does not hold."""
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS or sum(info.file_size for info in infos) > settings.IMPORT_MAX_BYTES:
        raise too_big(name)
    found = {}
    for info in infos:
        member = _member_name(info)
        outside = member.startswith(("/", "\\")) or ".." in PurePosixPath(member.replace("\\", "/")).parts
        if outside or ":" in member or stat.S_ISLNK(info.external_attr >> 16):
            raise Invalid(
                _("“%(name)s” holds a path that leads outside of it. Pack only the files themselves.") % {"name": name}
            )
        if info.flag_bits & 1:
            raise Invalid(_("“%(name)s” is locked with a password. Pack it without one.") % {"name": name})
        if not info.is_dir() and not member.startswith("__MACOSX/"):
            found[member] = info
    return found


def _member_name(info: zipfile.ZipInfo) -> str:
    """Chinese Windows packs names in GBK without saying so; Python then reads them as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:  # newer versions of Python have found the true name in an extra field
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _choose(members: dict[str, zipfile.ZipInfo], layer: str, name: str) -> str:
    data = [member for member in members if PurePosixPath(member).suffix.lower() in _INSIDE_ZIP]
    named = [member for member in data if PurePosixPath(member).stem == layer] if layer and len(data) > 1 else data
    if not data:
        raise Invalid(_("“%(name)s” holds no Shapefile (.shp), GeoJSON, GeoPackage or KML file.") % {"name": name})
    if len(named) != 1:
        raise Invalid(
            _("“%(name)s” holds several layers. Choose one of: %(layers)s.")
            % {"name": name, "layers": ", ".join(sorted(PurePosixPath(member).stem for member in data))},
            fields={"layer": [_("Choose one.")]},
        )
    return named[0]


def _extract(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int, name: str) -> int:
    with archive.open(info) as packed, target.open("wb") as plain:
        while chunk := packed.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise too_big(name)
            plain.write(chunk)
    return left


def _checked_kind(path: Path, suffix: str, name: str) -> str:
    with path.open("rb") as content:
        head = content.read(100)
    if suffix.lower() == ".shp":
        _check_shapefile(path, head, name)
        return "shapefile"
    if suffix.lower() == ".gpkg":
        _check_geopackage(path, head, name)
        return "gpkg"
    if suffix.lower() == ".kml":
        _check_kml(path, name)
        return "kml"
    return "geojson"  # its reader judges it while parsing


def _check_shapefile(path: Path, head: bytes, name: str) -> None:
    missing = [part for part in (".shp", ".shx", ".dbf") if not path.with_suffix(part).exists()]
    if missing:
        raise Invalid(
            _("The Shapefile in “%(name)s” lacks its part %(missing)s. Pack .shp, .shx, .dbf and .prj together.")
            % {"name": name, "missing": ", ".join(missing)}
        )
    if head[:4] != b"\x00\x00\x27\x0a":
        raise _not_what_it_says(name, "Shapefile")
    if int.from_bytes(head[24:28], "big") * 2 > path.stat().st_size:
        raise _cut_short(name)


def _check_geopackage(path: Path, head: bytes, name: str) -> None:
    if not head.startswith(b"SQLite format 3\0") or head[68:70] != b"GP":
        raise _not_what_it_says(name, "GeoPackage")
    page = int.from_bytes(head[16:18], "big")
    if int.from_bytes(head[28:32], "big") * (65536 if page == 1 else page) > path.stat().st_size:
        raise _cut_short(name)


def _check_kml(path: Path, name: str) -> None:
    parser = expat.ParserCreate()
    roots: list[str] = []

    def refuse(*_args: object) -> None:
        raise Invalid(
            _("“%(name)s” declares its own XML entities, which are not accepted. Export it as plain KML.")
            % {"name": name}
        )

    def begin(tag: str, _attributes: object) -> None:
        if not roots:
            roots.append(tag.rpartition(":")[2])

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    try:
        with path.open("rb") as content:
            parser.ParseFile(content)
    except expat.ExpatError as fault:
        raise (_cut_short(name) if roots else _not_what_it_says(name, "KML")) from fault
    if roots != ["kml"]:
        raise _not_what_it_says(name, "KML")


def _not_what_it_says(name: str, kind: str) -> Invalid:
    return Invalid(
        _("“%(name)s” is named like a %(kind)s file but is none. Export it again or give it its true ending.")
        % {"name": name, "kind": kind}
    )


def _cut_short(name: str) -> Invalid:
    return Invalid(_("“%(name)s” is cut short or damaged. Copy or export it again.") % {"name": name})
