from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0007_plan_access")]

    operations = [
        migrations.AddField(model_name="session", name="last_seen_at", field=models.DateTimeField(null=True)),
    ]
