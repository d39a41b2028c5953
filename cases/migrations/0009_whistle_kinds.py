"""Load the three kinds of whistles with their limits (handbook §3.2, §3.4); the city changes them as it likes."""

from decimal import Decimal

from django.db import migrations

STREET, LEADER = "street_staff", "street_leader"
KINDS = [
    {
        "code": "emergency", "name": "应急处置哨", "name_en": "emergency whistle", "at_once": True,
        "meant_for": "险情紧急，需要专业队伍立即处置：水管爆裂、路面塌陷、停水停电、滑坡",
        "meant_for_en": "Urgent, and a professional crew is needed: burst pipe, road collapse, power cut, landslide",
        "blown_by": [LEADER, STREET], "takes_appointment": False, "objection_pauses": False,
        "absent_by": "report_arrive", "review_value": Decimal(24), "review_unit": "urgent_hour",
        "limits": [("report_sign", 10, "minute"), ("report_arrive", 30, "minute")],
    },
    {
        "code": "enforcement", "name": "综合执法哨", "name_en": "enforcement whistle",
        "meant_for": "街乡没有执法权：背街小巷整治、拆除违法建设",
        "meant_for_en": "The street has no power to enforce: back lanes, demolishing illegal buildings",
        "blown_by": [LEADER], "takes_appointment": True, "absent_by": "report_arrive",
        "review_value": Decimal(2), "review_unit": "work_hour",
        "limits": [("report_sign", 1, "urgent_hour"), ("report_arrive", 24, "urgent_hour")],
    },
    {
        "code": "key_work", "name": "重点工作哨", "name_en": "key-work whistle",
        "meant_for": "群众反映强烈而街乡无法单独解决：停车场、老旧小区改造、加装电梯",
        "meant_for_en": "Residents complain strongly and the street cannot solve it alone: car parks, old estates, lifts",
        "blown_by": [LEADER], "takes_appointment": True, "absent_by": "report_meeting",
        "review_value": Decimal(1), "review_unit": "work_day",
        "limits": [("report_sign", 1, "work_hour"), ("report_contact", 24, "urgent_hour"),
                   ("report_meeting", 3, "work_day"), ("report_plan", 5, "work_day")],
    },
]  # fmt: skip


def load(apps, schema_editor):
    kinds, limits = apps.get_model("cases", "WhistleKind"), apps.get_model("cases", "KindLimit")
    for position, row in enumerate(KINDS, 1):
        columns = {name: value for name, value in row.items() if name != "limits"}
        kind, _new = kinds.objects.get_or_create(code=row["code"], defaults={**columns, "position": position})
        for clock, value, unit in row["limits"]:
            limits.objects.get_or_create(kind=kind, clock=clock, defaults={"value": Decimal(value), "unit": unit})


def unload(apps, schema_editor):
    apps.get_model("cases", "WhistleKind").objects.filter(whistles=None).delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_whistles")]

    operations = [migrations.RunPython(load, unload)]
