# Build: the program as JavaScript, without what only development needs.
FROM node:24-bookworm-slim AS build
WORKDIR /vedette
COPY package.json package-lock.json .npmrc ./
# The image brings Node itself, so the optional Node packages stay out.
RUN npm ci --omit=optional --no-audit --no-fund
COPY . .
# Biome and rolldown come as optional parts of their packages and are not needed to build.
RUN npm run build && npm prune --omit=dev --omit=optional

# The reference system that the examples watch; not part of the product image.
FROM build AS target
COPY --from=build /vedette /vedette
USER node
EXPOSE 7105-7109
CMD ["node", "test/targets/cod-admin/main.ts", "--host", "0.0.0.0"]

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
