"""Where is this? The only room with spatial SQL; both engines answer from their spatial index.

Django's SpatiaLite backend never uses the R-tree, and a plain ``covers`` scans every outline. So the SQL is written
here, once for each engine, and tested to give the same answers.
"""

from gridmap.spatial.bulk import Hit, Spot, locate_many, place_many
from gridmap.spatial.outlines import around_place, geojson_features, within_bbox
from gridmap.spatial.place import Place, locate

__all__ = [
    "Hit",
    "Place",
    "Spot",
    "around_place",
    "geojson_features",
    "locate",
    "locate_many",
    "place_many",
    "within_bbox",
]
