"""How accounts and tokens look to programs."""

from __future__ import annotations

from rest_framework import serializers

from citygrid.accounts.models import ApiToken, User


class UserSerializer(serializers.ModelSerializer[User]):
    """One's own account."""

    class Meta:
        model = User
        fields = ["id", "username", "display_name"]


class TokenRequestSerializer(serializers.Serializer[None]):
    """What a program sends for a token."""

    username = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    otp = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)


class NewTokenSerializer(serializers.Serializer[dict[str, object]]):
    """The only answer that ever holds the secret."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    user = UserSerializer()


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token as it is listed: without its secret."""

    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "created_at", "expires_at", "used_at"]
