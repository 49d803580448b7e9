"""The folded text by which evidence is found, and the index on it."""

from django.db import migrations, models

from records.search_index import index_words
from records.texts import fold_rows
from records.triggers import INTERVAL, protect_again, unprotect

WORDS = models.TextField(blank=True, db_default='', default='', editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_search'),
        ('goals', '0005_search_index'),
    ]

    operations = [
        unprotect(INTERVAL, "goals_evidenceversion"),
        migrations.AddField(
            model_name='evidence', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='evidenceversion', name='search_text', field=WORDS,
        ),
        fold_rows("goals", evidence=(("text",), ("source",)), evidenceversion=(("text",), ("source",))),
        protect_again(INTERVAL, "goals_evidenceversion"),
        index_words("goals_evidence"),
    ]
