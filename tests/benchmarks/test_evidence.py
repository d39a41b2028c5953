"""How long a photo takes from the upload to the copy that is served: a photo of 12 million pixels within a second."""

from __future__ import annotations

from PIL import Image

from tests.cases import media
from tests.cases.test_evidence_photos import served


def test_a_photo_of_twelve_million_pixels(benchmark):
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    content = media.encoded(noise, "JPEG", quality=85, exif=media.exif(turn=6))
    benchmark.pedantic(served, args=(content,), rounds=3)
    assert benchmark.stats["min"] < 1
