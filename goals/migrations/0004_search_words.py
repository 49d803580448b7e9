"""The folded text by which focus areas and strategies are found."""

from django.db import migrations, models

from records.texts import fold_rows
from records.triggers import INTERVAL, protect_again, unprotect

WORDS = models.TextField(blank=True, db_default='', default='', editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0003_evidence'),
    ]

    operations = [
        unprotect(INTERVAL, "goals_goalversion", "goals_strategyversion"),
        migrations.AddField(
            model_name='goal', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='goalversion', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='strategy', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='strategyversion', name='search_text', field=WORDS,
        ),
        fold_rows(
            "goals",
            goal=(("title",), ("text",)),
            goalversion=(("title",), ("text",)),
            strategy=(("title",), ("text",)),
            strategyversion=(("title",), ("text",)),
        ),
        protect_again(INTERVAL, "goals_goalversion", "goals_strategyversion"),
    ]
