# sockatlas with Node and Wine, ready to run: docker run --init IMAGE run tcp/reset --on linux,wine

FROM node:24-bookworm-slim AS packed
WORKDIR /sources
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN mkdir /packed && npm pack --silent --pack-destination /packed && mv /packed/sockatlas-*.tgz /packed/sockatlas.tgz

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="sockatlas" \
      org.opencontainers.image.description="What socket calls return when the peer goes away, on Linux and under Wine" \
      org.opencontainers.image.licenses="MIT"
RUN --mount=type=bind,from=packed,source=/packed,target=/packed \
    npm install --global --ignore-scripts --no-audit --no-fund /packed/sockatlas.tgz && npm cache clean --force
USER node
# Wine and its Windows node are in the image; runs are kept in the container.
RUN sockatlas setup wine && rm -rf ~/.npm
WORKDIR /home/node
ENTRYPOINT ["sockatlas"]
