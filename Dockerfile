# One image for web, worker and beat; docker-compose.yml says which command each runs.
# docs/operations.md says how to name the very bytes of the base, and what makes two builds alike.
ARG BASE_IMAGE=python:3.11-slim-trixie
FROM ${BASE_IMAGE} AS packages
ARG SOURCE_DATE_EPOCH
WORKDIR /build
COPY requirements.txt .
# Compiled by itself and not by pip, which writes the time of each file into its bytecode.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --no-compile --disable-pip-version-check --require-hashes -r requirements.txt \
 && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib

FROM ${BASE_IMAGE}
ARG SOURCE_DATE_EPOCH
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=planapp.settings \
    DATA_DIR=/srv/planapp/var
# Korean for the PDF of a report; docs/operations.md says which other writing needs fonts of the machine. The client
# programs of PostgreSQL 17 for `manage.py backup` and `restore`; they want a server that is not newer.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-nanum postgresql-client-17 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home --home-dir /srv/planapp planapp
WORKDIR /srv/planapp
COPY --from=packages /opt/venv /opt/venv
COPY --chown=root:root . .
# Compiled here: the server may write no bytecode, and each start would compile a quarter of a thousand files anew. Not
# by the time of each file, so that the same code makes the same layer; nobody can change the code afterwards.
RUN python -m compileall -q --invalidation-mode unchecked-hash .
# The code belongs to root and cannot be changed by the server; only var/ can. The key serves this one command.
RUN mkdir -p var && SECRET_KEY=only-to-build python manage.py collectstatic --noinput -v 0 \
 && chown -R planapp:planapp var
USER planapp
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=40s CMD ["python", "-m", "planapp.probe"]
CMD ["gunicorn", "planapp.wsgi", "-c", "planapp/gunicorn.py"]
