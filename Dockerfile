# Two stages: the first builds, the second only runs. BASE needs python3 ≥ 3.11 with venv.
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
RUN python3 -m venv /opt/build && python3 -m venv /opt/checker
COPY requirements.lock requirements-build.lock ./
RUN /opt/build/bin/pip install --no-cache-dir --require-hashes -r requirements-build.lock \
 && /opt/checker/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY probes probes
COPY checker checker
RUN /opt/build/bin/hatchling build -t wheel \
 && /opt/checker/bin/pip install --no-cache-dir --no-deps --no-index dist/*.whl

FROM ${BASE}
COPY --from=build /opt/checker /opt/checker
COPY config /etc/checker
RUN mkdir /var/lib/checker && chown 10001:10001 /var/lib/checker
ENV PATH=/opt/checker/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CHECKER_LISTEN=0.0.0.0:9877 \
    CHECKER_STORE=sqlite:////var/lib/checker/checker.db
USER 10001:10001
# The only place that is written to: everything else may be read-only.
VOLUME /var/lib/checker
EXPOSE 9877
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9877/-/healthy', timeout=4)"]
ENTRYPOINT ["checker"]
CMD ["run"]
