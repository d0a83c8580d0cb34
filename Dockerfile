# The image of Banso: a wheel built in the first stage, installed with hash-checked versions in the second.
FROM python:3.12-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/banso \
 && /opt/banso/bin/pip install --require-hashes -r requirements.lock \
 && python -m pip install --require-hashes -r requirements-build.lock
COPY . .
# the build hook compiles the Japanese and fetches the front-end packages of package-lock.json
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
 && /opt/banso/bin/pip install --no-deps /dist/*.whl

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --home-dir /data banso
COPY --from=build /opt/banso /opt/banso
ENV PATH=/opt/banso/bin:$PATH \
    BANSO_HOME=/data \
    HOST=0.0.0.0 \
    PORT=8000 \
    PYTHONUNBUFFERED=1
USER banso
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
  ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request(f\"http://127.0.0.1:{os.environ['PORT']}/health/\", headers={'Host': 'localhost'}), timeout=4)"]
# one container with the embedded database; compose.yaml runs the parts on their own with PostgreSQL
CMD ["banso", "serve"]
