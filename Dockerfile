# stocks-etl in a container: Deno, one script, the embedded engine's three files. Nothing is fetched while it runs, there is
# no shell in it, and nothing is written outside /state.

# On the builder's own processor, whichever the image is for: a script is the same on all, and V8 crashes under QEMU.
FROM --platform=$BUILDPLATFORM denoland/deno:2.9.6 AS build
WORKDIR /source
ENV DENO_DIR=/deno-dir
COPY deno.json deno.lock ./
RUN deno ci
COPY main.ts LICENSE ./
COPY src src
COPY sql sql
COPY tools tools
ARG COMMIT=""
RUN deno run -A tools/compile.ts --folder --out /app --commit "$COMMIT"
RUN mkdir -p /state/data /state/logs /state/deno

FROM denoland/deno:distroless-2.9.6
LABEL org.opencontainers.image.title="stocks-etl" org.opencontainers.image.licenses="MIT"
COPY --from=build /app /app
COPY --from=build --chown=1993:1993 /state /state
# Relative paths of a .env that was written for another machine end up in the volume too.
WORKDIR /state
ENV DENO_DIR=/state/deno \
    DENO_NO_UPDATE_CHECK=1 \
    HOST=0.0.0.0 \
    DATA_DIR=/state/data \
    LOG_DIR=/state/logs
USER 1993:1993
VOLUME /state
EXPOSE 3000
STOPSIGNAL SIGTERM
# Deno itself is process 1: SIGTERM reaches the program, which finishes its series and ends within ten seconds.
ENTRYPOINT ["deno", "run", "--quiet", "--no-prompt", "--allow-net", "--allow-env", "--allow-read", "--allow-write=/state", "--allow-sys", "--v8-flags=--heap-growing-percent=50,--max-semi-space-size=4", "--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only", "--unstable-cron", "/app/main.js"]
CMD ["serve"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["deno", "eval", "--no-config", "--no-lock", "const r = await fetch('http://127.0.0.1:' + (Deno.env.get('PORT') || 3000) + '/healthz'); Deno.exit(r.ok ? 0 : 1)"]
