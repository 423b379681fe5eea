# The command on a small base image. Where a registry is behind a login, pass it: --secret id=npmrc,src=$HOME/.npmrc
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci --ignore-scripts --no-audit
COPY . .
RUN node scripts/build.ts

FROM node:24-slim
COPY --from=build /build/package.json /app/package.json
COPY --from=build /build/dist /app/dist
USER node
EXPOSE 8774
HEALTHCHECK --interval=2s --timeout=2s --start-period=5s --retries=5 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.NOVASIM_PORT || 8774) + '/_novasim/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve", "--host", "0.0.0.0", "--control", "open"]
