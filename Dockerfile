# The command on a small base image. Where a registry is behind a login, pass it: --secret id=npmrc,src=$HOME/.npmrc
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --ignore-scripts --no-audit
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/
COPY src src
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc node scripts/build.ts && \
  rm -r dist/types dist/vitest.js dist/testcontainers.js && npm prune --omit=dev --omit=peer --ignore-scripts

FROM node:24-slim
COPY package.json LICENSE /app/
COPY scenarios /app/scenarios
COPY --from=build /build/node_modules /app/node_modules
COPY --from=build /build/dist /app/dist
# What V8 makes of the code is made once, here, by a start and a request.
ENV NODE_COMPILE_CACHE=/app/compiled
RUN node /app/dist/cli.js play /app/scenarios/quiet-cloud.yaml -- node -e 'fetch(process.env.OS_AUTH_URL)' > /dev/null
# Worlds, scenarios and fault files are mounted or copied here: --world cloud.yaml is then enough.
WORKDIR /etc/novasim
# All addresses of the container; which of them others reach is for docker run -p to say.
ENV NOVASIM_HOST=0.0.0.0 NOVASIM_CONTROL=open NODE_ENV=production
USER node
EXPOSE 8774
# Where control is off there is no such route: it is then Nova that answers, with its versions.
HEALTHCHECK --interval=2s --timeout=5s --start-period=5s --retries=5 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.NOVASIM_PORT || 8774) + '/_novasim/health').then((r) => process.exit(r.status < 400 ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
