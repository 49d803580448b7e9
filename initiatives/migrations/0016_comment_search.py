"""The folded text by which comments are found, and the index that search stands on."""

from django.db import migrations, models

from records.search_index import index_words
from records.texts import fold_rows
from records.triggers import INTERVAL, protect_again, unprotect

WORDS = models.TextField(blank=True, db_default='', default='', editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0004_bulk_channel'),
        ('initiatives', '0015_update_requests'),
    ]

    operations = [
        unprotect(INTERVAL, "initiatives_commentversion"),
        migrations.AddField(
            model_name='comment', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='commentversion', name='search_text', field=WORDS,
        ),
        fold_rows("initiatives", comment=((), ("text",)), commentversion=((), ("text",))),
        protect_again(INTERVAL, "initiatives_commentversion"),
        index_words("initiatives_comment"),
    ]
