"""Load the checklist of lanes (十无, handbook §3.6), each entry with the category of a case; cities change it."""

from django.db import migrations

ITEMS = [
    ("building", "无私搭乱建", "no illegal building", "CJ214-E0101"),
    ("wall", "无开墙打洞", "no walls broken open", "CJ214-E0101"),
    ("parking", "无乱停车", "no messy parking", "CJ214-E0505"),
    ("occupation", "无乱占道", "no goods on the pavement", "GB30428-E0405"),
    ("wires", "无乱架空线", "no messy overhead wires", "GB30428-E0508"),
    ("facade", "无外立面破损", "no damaged facades", "CJ214-E0113"),
    ("advertising", "无违规广告牌匾", "no illegal advertisements", "GB30428-E0203"),
    ("road", "无道路破损", "no damaged road", "GB30428-E0113"),
    ("trading", "无违规经营", "no illegal trading", "GB30428-E0401"),
    ("piles", "无乱堆物料", "no piles of things", "CJ214-E0507"),
]


def load(apps, schema_editor):
    items = apps.get_model("cases", "ChecklistItem")
    for position, (code, name, name_en, category) in enumerate(ITEMS, 1):
        items.objects.get_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "category_code": category, "position": position}
        )


def unload(apps, schema_editor):
    findings = apps.get_model("cases", "WalkFinding").objects
    apps.get_model("cases", "ChecklistItem").objects.exclude(pk__in=findings.values("item")).delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_neighbourhood")]

    operations = [migrations.RunPython(load, unload)]
