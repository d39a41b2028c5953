"""What is collected of the front-end libraries, and that hashed names hold together."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from citygrid.common.static import VendorFinder

LEAFLET = "vendor/leaflet/dist/leaflet.js"


def test_a_named_file_of_a_library_is_found(settings):
    assert finders.find(LEAFLET) == str(settings.BASE_DIR / "node_modules/leaflet/dist/leaflet.js")


@pytest.mark.parametrize(
    "path", ["vendor/leaflet/package.json", "vendor/../manage.py", "vendor/leaflet/dist/../package.json", "leaflet.js"]
)
def test_nothing_else_of_node_modules_is_served(path):
    assert VendorFinder().find(path) == []


def test_a_library_that_is_not_installed_is_named(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    with pytest.raises(ImproperlyConfigured, match=r"node_modules holds no @tabler.*\. Run npm ci"):
        list(VendorFinder().list(None))


@pytest.mark.slow
def test_collected_files_refer_to_each_other_by_hashed_names(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "citygrid.common.static.HashedFilesStorage"},
    }
    call_command("collectstatic", "--no-input", verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert re.fullmatch(r"vendor/leaflet/dist/leaflet\.[0-9a-f]{12}\.js", names[LEAFLET])
    assert (tmp_path / f"{names[LEAFLET]}.gz").exists()
    style = (tmp_path / names["vendor/leaflet/dist/leaflet.css"]).read_text()
    assert names["vendor/leaflet/dist/images/layers.png"].rpartition("/")[2] in style
    for name, hashed in names.items():
        if not name.endswith(".js") or name.startswith(("vendor/", "admin/", "gis/", "leaflet/")):
            continue
        for imported in re.findall(r"""from\s*["'](\.[^"']+)["']""", (tmp_path / hashed).read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", imported), f"{name} imports {imported}"
