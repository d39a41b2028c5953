"""Who am I, and what may I do?"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from citygrid.accounts.api.serializers import UserSerializer
from citygrid.accounts.models import User
from citygrid.accounts.permissions import Perm
from citygrid.accounts.roles import ROLES, Role
from citygrid.common import clock
from gridmap.api.serializers import AreaRefSerializer, DepartmentRefSerializer
from gridmap.posts.models import Post


class OwnPostSerializer(serializers.ModelSerializer[Post]):
    """One of one's posts in force."""

    role_label = serializers.CharField(source="get_role_display", read_only=True)
    area = AreaRefSerializer(allow_null=True, read_only=True)
    department = DepartmentRefSerializer(allow_null=True, read_only=True)

    class Meta:
        model = Post
        fields = ["id", "role", "role_label", "area", "department"]

    def get_fields(self) -> dict[str, Any]:
        """Add ``from`` and ``to``, which Python cannot name as attributes of a class."""
        fields: dict[str, Any] = super().get_fields()
        fields["from"] = serializers.DateTimeField(source="starts_at")
        fields["to"] = serializers.DateTimeField(source="ends_at", allow_null=True)
        return fields


class MeSerializer(serializers.Serializer[dict[str, Any]]):
    """The person behind the request."""

    user = serializers.SerializerMethodField()
    posts = OwnPostSerializer(many=True)
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=Perm.choices))

    @extend_schema_field(UserSerializer)
    def get_user(self, me: dict[str, Any]) -> dict[str, Any]:
        """Return the account."""
        return dict(UserSerializer(me["user"]).data)


class MeView(APIView):
    """One's account, the posts in force and the rights they give somewhere."""

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Answer for the person who asks."""
        user: Any = request.user
        posts = own_posts(user)
        held = {perm for post in posts for perm in ROLES[Role(post.role)].perms}
        permissions = [perm.value for perm in Perm if perm in held]
        return Response(MeSerializer({"user": user, "posts": posts, "permissions": permissions}).data)


def own_posts(user: User) -> list[Post]:
    """Return the person's posts in force, with their places, in one query."""
    mine = Post.objects.in_force(clock.now()).filter(user=user)
    return list(mine.select_related("area", "department").order_by("starts_at", "pk"))
