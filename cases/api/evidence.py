"""``/api/v1/evidence/``: photos and files, sent before the move that uses them; private, and served cleaned."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from cases.api.evidence_shown import EvidenceSerializer, UploadSerializer
from cases.api.evidence_upload import upload_handlers
from cases.api.reader import CASE_RIGHTS
from cases.evidence.models import Evidence
from cases.evidence.originals import take_original
from cases.evidence.parting import Part, served_of, thumb_of
from cases.evidence.store import Claim, store_upload
from citygrid.accounts.authority import lacking
from citygrid.accounts.permissions import Perm
from citygrid.common import clock
from citygrid.common.api.refusals import Malformed
from citygrid.common.idempotency import IdempotentMixin
from gridmap.posts.rights import can

_FILE = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class WorksOnCases(BasePermission):
    """Lets in who may see cases anywhere or walks lanes; the answer 403 names who may see cases."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Return True or raise ``NotAllowed``."""
        if not any(can(request.user, perm) for perm in (*CASE_RIGHTS, Perm.LANE_WALK)):
            raise lacking(Perm.CASE_VIEW)
        return True


class EvidenceUploadView(IdempotentMixin, APIView):
    """Send a photo (JPEG, PNG, WebP, HEIC), a PDF or a short video (MP4, WebM)."""

    permission_classes = [IsAuthenticated, WorksOnCases]
    parser_classes = [MultiPartParser]

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Set the limit before anybody reads the body."""
        request.upload_handlers = upload_handlers(request)
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="evidence_upload",
        request={"multipart/form-data": UploadSerializer},
        responses={201: EvidenceSerializer},
    )
    def post(self, request: Any) -> Response:
        """Keep the file; name the answer's ``id`` in the inputs of a move. Unused, it is deleted after some days."""
        form = UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        file = given["file"]
        piece = store_upload(
            file, name=file.name, declared=file.content_type or "", by=request.user, at=clock.now(),
            claim=Claim(given.get("taken_at"), given["place"], given.get("accuracy"), given.get("origin", "")),
        )  # fmt: skip
        return Response(EvidenceSerializer(piece, context={"request": request}).data, status=201)


class EvidenceDetailView(APIView):
    """One piece of evidence, with what was found in it and what looks odd."""

    @extend_schema(operation_id="evidence_retrieve", responses=EvidenceSerializer)
    def get(self, request: Any, key: Any) -> Response:
        """Answer what is known of a file."""
        return Response(EvidenceSerializer(_piece(request, key), context={"request": request}).data)


class EvidenceFileView(APIView):
    """The cleaned copy of a file, or its thumbnail."""

    @extend_schema(
        operation_id="evidence_file",
        parameters=[OpenApiParameter("size", enum=["thumb", "full"], default="full")],
        responses=_FILE,
    )
    def get(self, request: Any, key: Any) -> HttpResponseBase:
        """Answer the bytes; a photo of a case carries its watermark. Ranges are answered, as players need them."""
        size = request.query_params.get("size", "full")
        if size not in ("thumb", "full"):
            raise Malformed(_("“%(size)s” is not a size. Ask for thumb or full.") % {"size": size})
        piece = _piece(request, key)
        return _answer(request, thumb_of(piece) if size == "thumb" else served_of(piece))


class EvidenceOriginalView(APIView):
    """The untouched original, for those who judge what it proves. Each time is recorded."""

    @extend_schema(operation_id="evidence_original", responses=_FILE)
    def get(self, request: Any, key: Any) -> HttpResponseBase:
        """Answer the bytes as they came in, always as a download."""
        part = take_original(piece=_piece(request, key), by=request.user, at=clock.now())
        return _answer(request, part, download=True)


def _piece(request: Any, key: Any) -> Evidence:
    found = Evidence.objects.visible_to(request.user).select_related("case__area", "uploaded_by")
    piece: Evidence = get_object_or_404(found, pk=key)
    return piece


def _answer(request: Any, part: Part, *, download: bool = False) -> HttpResponseBase:
    """Return the file with headers under which no browser runs it, and no cache between shares it."""
    etag = f'"{part.tag}"'
    first, last, status = 0, part.size - 1, 200
    try:
        asked = None if download else part.range(request.headers.get("Range", ""))
    except ValueError:
        part.file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{part.size}"})
    if asked and request.headers.get("If-Range", etag) == etag:
        (first, last), status = asked, 206
    media_type = "application/octet-stream" if download else part.media_type
    response = StreamingHttpResponse(part.pieces(first, last), status=status, content_type=media_type)
    response._resource_closers.append(part.file.close)  # type: ignore[attr-defined]
    shown = not download and part.media_type != "application/pdf"
    headers = {
        "Content-Length": str(last - first + 1),
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{part.name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store" if download else "private, no-cache",
        "Accept-Ranges": "none" if download else "bytes",
        "ETag": etag,
    }
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{last}/{part.size}"
    for name, value in headers.items():
        response.headers[name] = value
    patch_vary_headers(response, ("Cookie", "Authorization"))
    if download:
        return response
    answer: Any = get_conditional_response(request, etag=etag, response=response)  # type: ignore[arg-type]
    if answer is not response:
        part.file.close()  # never response.close(), which would tell Django that the request is over
    return answer
