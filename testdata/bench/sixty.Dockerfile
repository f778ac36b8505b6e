# syntax=docker/dockerfile:1
ARG PYTHON=3.12
ARG NODE=20

FROM node:${NODE}-alpine AS web
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY web/ ./
ENV NODE_ENV=production
RUN npm run build \
    && npm prune --omit=dev

FROM golang:1.26-bookworm AS agent
WORKDIR /src
COPY agent/go.mod agent/go.sum ./
RUN go mod download
COPY agent/ ./
RUN go build -trimpath -o /out/agent ./cmd/agent

FROM rust:1.90-alpine3.22 AS index
RUN apk add --no-cache musl-dev openssl-dev pkgconf
WORKDIR /src
COPY index/ ./
RUN cargo build --release --locked \
    && strip target/release/index

FROM python:${PYTHON}-alpine AS build
RUN apk add --no-cache --virtual .build \
        build-base \
        libffi-dev \
        openssl-dev
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv /venv \
    && /venv/bin/pip install -r requirements.txt \
    && /venv/bin/pip install 'uvicorn[standard]==0.30.6' psycopg2-binary \
    && apk del .build

FROM python:${PYTHON}-alpine
LABEL org.opencontainers.image.title="service"
RUN set -eux; \
    apk add --no-cache ca-certificates curl tzdata; \
    addgroup -S app && adduser -S -G app app; \
    curl -fsSL -o /usr/local/bin/tool https://github.com/example/tool/releases/download/v1.2.3/tool-x86_64-unknown-linux-gnu; \
    chmod +x /usr/local/bin/tool
ENV LANG=en_US.UTF-8 \
    PATH=/venv/bin:$PATH
COPY --from=build /venv /venv
COPY --from=agent /out/agent /usr/local/bin/agent
COPY --from=index /src/target/release/index /usr/local/bin/index
COPY --from=web /web/dist /srv/web
WORKDIR /app
COPY app/ ./
USER app
EXPOSE 8000
HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
CMD ["uvicorn", "app:main", "--host", "0.0.0.0"]
