"""The folded text by which milestones, commitments and updates are found."""

from django.db import migrations, models

from records.texts import fold_rows
from records.triggers import APPEND_ONLY, INTERVAL, protect_again, unprotect

WORDS = models.TextField(blank=True, db_default='', default='', editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0007_drafts_of_several_tabs'),
    ]

    operations = [
        unprotect(INTERVAL, "initiatives_initiativeversion", "initiatives_milestoneversion", "initiatives_commitmentversion"),
        unprotect(APPEND_ONLY, "initiatives_statusupdate"),
        migrations.AddField(
            model_name='commitment', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='commitmentversion', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='milestone', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='milestoneversion', name='search_text', field=WORDS,
        ),
        migrations.AddField(
            model_name='statusupdate', name='search_text', field=WORDS,
        ),
        migrations.AlterField(
            model_name='initiative', name='search_text', field=WORDS,
        ),
        migrations.AlterField(
            model_name='initiativeversion', name='search_text', field=WORDS,
        ),
        fold_rows(
            "initiatives",
            initiative=(("title",), ("summary",)),
            initiativeversion=(("title",), ("summary",)),
            milestone=(("title",), ()),
            milestoneversion=(("title",), ()),
            commitment=(("what",), ()),
            commitmentversion=(("what",), ()),
            statusupdate=((), ("happened", "next_steps", "help_needed")),
        ),
        protect_again(INTERVAL, "initiatives_initiativeversion", "initiatives_milestoneversion", "initiatives_commitmentversion"),
        protect_again(APPEND_ONLY, "initiatives_statusupdate"),
    ]
