# Build: the program as JavaScript, without what only development needs.
FROM node:24-bookworm-slim AS build
WORKDIR /vedette
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# In the image the program is dist/, also for the scenario files that come along.
RUN npm pkg set 'imports[#vedette]=./dist/runner/index.js' 'imports[#vedette/playwright]=./dist/runner/journeys/fixture.js' \
 && npm prune --omit=dev --omit=optional

# The reference systems that the example watches; not part of the product image.
FROM node:24-bookworm-slim AS target
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*
WORKDIR /vedette
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund
COPY . .
USER node
CMD ["node", "test/targets/main.ts"]

FROM node:24-bookworm-slim AS vedette
RUN apt-get update \
 && apt-get install -y --no-install-recommends chromium-headless-shell fonts-liberation fonts-noto-color-emoji tini ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /data /config && chown node:node /data
WORKDIR /vedette
COPY --from=build /vedette/package.json ./
COPY --from=build /vedette/node_modules node_modules
COPY --from=build /vedette/dist dist
COPY --from=build /vedette/bin bin
COPY --from=build /vedette/scenarios scenarios
COPY --from=build /vedette/load load
COPY --from=build /vedette/vedette.config.ts ./
RUN ln -s /vedette/bin/vedette.js /usr/local/bin/vedette
# A normal user, so that the browser keeps its sandbox.
USER node
ENV NODE_ENV=production
VOLUME /data
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/health/ready').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# An init process reaps what a killed browser leaves behind.
ENTRYPOINT ["tini", "--", "vedette"]
CMD ["watch", "--config", "/config/vedette.config.ts", "--data", "/data", "--host", "0.0.0.0"]
