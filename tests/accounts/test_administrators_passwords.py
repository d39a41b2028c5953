"""No administrator becomes another one by replacing a password; the server can help who is locked out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from citygrid.accounts import services, tokens
from citygrid.accounts.models import ApiToken, User
from citygrid.accounts.roles import Role
from citygrid.common import clock
from citygrid.common.errors import NotAllowed
from gridmap.posts.models import Post
from gridmap.posts.services import end_post, grant_post
from tests import cast

pytestmark = pytest.mark.django_db


def reset(user: User, by: User) -> str:
    return services.set_first_password(user=user, at=clock.now(), by=by)


@pytest.fixture
def second(city, people) -> User:
    return cast.person("sysadmin2", Role.SYSADMIN, area=city[cast.CITY])


@pytest.mark.parametrize("whose", ["secadmin", "auditor", "sysadmin2"])
def test_an_administrators_password_is_not_replaced_by_another_one(people, second, whose, kinds):
    with pytest.raises(NotAllowed, match="Ask the security administrator to hand the posts over to a new account"):
        reset({**people, "sysadmin2": second}[whose], people["sysadmin"])
    assert User.objects.get(username=whose).check_password(cast.PASSWORD)
    assert kinds() == []


def test_nor_is_that_of_somebody_who_becomes_one_later(people, city):
    at = clock.now()
    coming = services.open_account(username="coming", display_name="新人", at=at, password="Fresh-Bridge-77")
    grant_post(user=coming, role=Role.SECADMIN, area=city[cast.CITY], at=at, starts_at=at + timedelta(days=7))
    with pytest.raises(NotAllowed, match="not replaced by another administrator"):
        reset(coming, people["sysadmin"])


def test_a_new_administrator_is_given_the_first_password_once(people, city):
    at = clock.now()
    new = services.open_account(username="new", display_name="新人", at=at, by=people["sysadmin"])
    grant_post(user=new, role=Role.AUDITOR, area=city[cast.CITY], at=at, by=people["secadmin"])
    assert new.check_password(reset(new, people["sysadmin"]))
    with pytest.raises(NotAllowed):
        reset(new, people["sysadmin"])


def test_who_is_no_administrator_any_more_is_like_everybody_else(people):
    end_post(post=Post.objects.get(user=people["auditor"]), at=clock.now(), by=people["secadmin"])
    assert people["auditor"].check_password(reset(people["auditor"], people["sysadmin"]))


def test_on_the_server_an_administrator_gets_a_new_first_password_and_the_journal_says_so(people, kinds, capsys):
    tokens.create(user=people["secadmin"], at=clock.now())
    call_command("reset_administrator", "secadmin")
    password = capsys.readouterr().out.strip()
    user = User.objects.get(username="secadmin")
    assert user.check_password(password)
    assert user.must_change_password
    assert not ApiToken.objects.alive(clock.now()).exists()
    assert kinds()[-1] == "account.first_password_set"
    event = apps.get_model("cases.Event").objects.latest("pk")
    assert (event.subject_id, event.actor_id) == (str(user.pk), None)
    assert password not in str(event.facts)


@pytest.mark.parametrize(
    ("name", "sentence"), [("nobody", "no open account nobody"), ("clerk", "clerk is no administrator")]
)
def test_the_command_is_for_administrators_alone(people, name, sentence, kinds):
    with pytest.raises(CommandError, match=sentence):
        call_command("reset_administrator", name)
    assert kinds() == []
