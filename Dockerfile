# The workers alone: `python -m workers <name>|all`, not as root, on a read-only root.
# BASE: an image with Python 3.11 or newer, named by digest (docs/workers.md).
ARG BASE
ARG BUILD=${BASE}

# BUILD: the same Python, with venv and pip.
FROM ${BUILD} AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python3 -m venv /opt/noc/venv \
    && /opt/noc/venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: \
        --require-hashes --requirement /tmp/requirements.lock \
    && /opt/noc/venv/bin/pip uninstall --yes pip setuptools \
    && find /opt/noc/venv -depth -name __pycache__ -exec rm -r {} +

FROM ${BASE}
COPY --from=packages /opt/noc/venv /opt/noc/venv
COPY workers /opt/noc/workers
RUN mkdir -p /var/lib/noc && chown 65532:65532 /var/lib/noc
WORKDIR /opt/noc
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NOC_HEALTH_PORT=8080 \
    NOC_SPOOL_DIR=/var/lib/noc
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 \
    CMD ["/opt/noc/venv/bin/python", "-m", "workers.healthcheck"]
ENTRYPOINT ["/opt/noc/venv/bin/python", "-m", "workers"]
CMD ["all"]
