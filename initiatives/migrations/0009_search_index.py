"""The index that search stands on (records/search_index.py)."""

from django.db import migrations

from records.search_index import index_column, index_words


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_search'),
        ('initiatives', '0008_search_words'),
    ]

    operations = [
        index_words("initiatives_initiative", "initiatives_milestone", "initiatives_commitment", "initiatives_statusupdate"),
        index_column("number", "initiatives_initiative"),
    ]
