"""The index that search stands on (records/search_index.py)."""

from django.db import migrations

from records.search_index import index_column, index_words


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_search'),
        ('goals', '0004_search_words'),
    ]

    operations = [
        index_words("goals_goal", "goals_strategy"),
        index_column("number", "goals_goal", "goals_strategy"),
    ]
