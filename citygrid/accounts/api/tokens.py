"""Get, list and revoke API tokens."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import DestroyAPIView, GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from citygrid.accounts import holds, secondfactor, signin, tokens
from citygrid.accounts.api.serializers import NewTokenSerializer, TokenRequestSerializer, TokenSerializer
from citygrid.accounts.models import ApiToken
from citygrid.common import clock


class TokenView(APIView):
    """Exchange login name and password, and the code of the second factor where one is in use, for a token."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    @extend_schema(
        operation_id="auth_token_create", request=TokenRequestSerializer, responses={201: NewTokenSerializer}
    )
    def post(self, request: Request) -> Response:
        """Answer 401 for wrong credentials or code, 403 while a password change is due, 429 when locked."""
        given = TokenRequestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data, at = given.validated_data, clock.now()
        plain = request._request
        user = signin.check_password(plain, username=data["username"], password=data["password"], at=at)
        if secondfactor.is_enrolled(user):
            if not data["otp"]:
                raise secondfactor.WrongCode(
                    _("A second factor is in use. Send the code of your app as “otp”."), code="second_factor_needed"
                )
            secondfactor.verify(user=user, code=data["otp"], at=at)
        if hold := holds.find(user, at):
            raise hold.refusal()
        signin.forget_failures(plain, user.username)
        token, secret = tokens.create(user=user, name=data["name"], at=at)
        answer = NewTokenSerializer({"token": secret, "expires_at": token.expires_at, "user": user})
        return Response(answer.data, status=201, headers={"Cache-Control": "no-store"})


class _OwnTokens(GenericAPIView[ApiToken]):
    serializer_class = TokenSerializer
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> Any:
        """Return one's own tokens that still work."""
        alive: Any = ApiToken.objects.alive(clock.now())
        return alive.filter(user=self.request.user.pk)


@extend_schema_view(get=extend_schema(operation_id="auth_tokens_list"))
class TokenListView(_OwnTokens, ListAPIView):
    """One's own tokens that still work."""


@extend_schema_view(delete=extend_schema(operation_id="auth_tokens_revoke"))
class TokenDetailView(_OwnTokens, DestroyAPIView):
    """Revoke one of one's own tokens."""

    def perform_destroy(self, instance: ApiToken) -> None:
        """Keep the row, so that one can see later which tokens there were."""
        tokens.revoke(user=instance.user, token_id=instance.pk, at=clock.now())
