"""The folded text by which people and departments are found."""

from django.db import migrations, models

from records.texts import fold_rows
from records.triggers import INTERVAL, protect_again, unprotect


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_session'),
    ]

    operations = [
        unprotect(INTERVAL, "people_departmentversion", "people_userversion"),
        migrations.AddField(
            model_name='department',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='departmentversion',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='user',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='userversion',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        fold_rows("people", department=(("abbreviation", "name"), ()), departmentversion=(("abbreviation", "name"), ()), user=(("name",), ("email",)), userversion=(("name",), ("email",))),
        protect_again(INTERVAL, "people_departmentversion", "people_userversion"),
    ]
