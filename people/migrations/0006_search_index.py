"""The index that search stands on (records/search_index.py)."""

from django.db import migrations

from records.search_index import index_words


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_search'),
        ('people', '0005_search_words'),
    ]

    operations = [
        index_words("people_department", "people_user"),
    ]
