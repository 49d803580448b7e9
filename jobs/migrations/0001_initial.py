from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('plan', 'Planning'), ('send', 'Sending'), ('worker', 'Background worker')], max_length=20, unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
    ]
