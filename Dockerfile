# The company in one image. Alone it is `nexus up`; docker-compose.yml runs each part in a container of its own.
# Python packages are exactly those of requirements.lock, by hash.

FROM node:22-bookworm-slim AS dashboard
WORKDIR /build
COPY dashboard/frontend/package.json dashboard/frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY dashboard/frontend ./
RUN npm run build

FROM python:3.12-slim-bookworm AS install
WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/nexus
COPY requirements.lock ./
RUN /opt/nexus/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY nexus nexus
COPY db db
COPY qa qa
COPY equipment equipment
COPY memory memory
COPY routing routing
COPY agents agents
COPY gateway gateway
COPY interfaces interfaces
COPY heartbeat heartbeat
COPY --from=dashboard /build/dist dashboard/frontend/dist
RUN /opt/nexus/bin/pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
# A number, so that Kubernetes' runAsNonRoot can see that it is nobody's root.
RUN useradd --uid 10001 --create-home --home-dir /var/lib/nexus nexus
# QA's sandbox where an engine allows namespaces inside a container; else the kernel's Landlock does it.
RUN apt-get update && apt-get install --yes --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*
# A volume that is mounted there takes over whose folder it is.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /var/backups/nexus /var/lib/qa-runner
COPY --from=install /opt/nexus /opt/nexus
ENV PATH=/opt/nexus/bin:$PATH NEXUS_HOME=/var/lib/nexus LOG_FORMAT=json PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /var/lib/nexus
VOLUME /var/lib/nexus
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["nexus", "up"]
