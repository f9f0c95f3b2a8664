# stocks-etl in a container: the dependencies are fetched once while building, nothing is fetched while running.
FROM denoland/deno:2.9.6 AS build
WORKDIR /app
ENV DENO_DIR=/app/.deno
COPY deno.json deno.lock ./
RUN deno ci
COPY main.ts ./
COPY src src
COPY sql sql
RUN deno cache main.ts && mkdir -p /state/data /state/logs

FROM denoland/deno:distroless-2.9.6
WORKDIR /app
ENV DENO_DIR=/app/.deno \
    DENO_NO_UPDATE_CHECK=1 \
    HOST=0.0.0.0 \
    DATA_DIR=/state/data \
    LOG_DIR=/state/logs
COPY --from=build --chown=1993:1993 /app /app
COPY --from=build --chown=1993:1993 /state /state
USER 1993:1993
VOLUME /state
EXPOSE 3000
# Deno itself is process 1: SIGTERM reaches the program, which finishes its series and ends within ten seconds.
ENTRYPOINT ["deno", "run", "--quiet", "--no-prompt", "--cached-only", "--v8-flags=--heap-growing-percent=50,--max-semi-space-size=4", "--allow-net", "--allow-env", "--allow-read", "--allow-write=/state", "--allow-sys", "main.ts"]
CMD ["serve"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["deno", "eval", "--no-lock", "const r = await fetch('http://127.0.0.1:' + (Deno.env.get('PORT') || 3000) + '/healthz'); Deno.exit(r.ok ? 0 : 1)"]
