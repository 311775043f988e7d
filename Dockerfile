# The service as an image: built with the Swift toolchain, run on a slim Debian with the few C libraries it needs.
FROM swift:6.3-bookworm AS build
WORKDIR /src
COPY scripts ./scripts
RUN apt-get update -qq \
    && scripts/install-packages \
    && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
COPY Sources ./Sources
COPY Tests ./Tests
RUN SWIFT_BACKTRACE=enable=no swift build -c release --static-swift-stdlib --product itp -Xlinker -s \
    && install -D .build/release/itp /out/itp

FROM debian:bookworm-slim
# tzdata: schedules follow the zones of the system's tables. ca-certificates: every outgoing call is verified.
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        libcurl4 libsqlite3-0 libpcre2-8-0 libgmime-3.0-0 libssl3 libstdc++6 zlib1g tzdata ca-certificates \
    && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
    && useradd --system --uid 10001 --home-dir /srv/itp --shell /usr/sbin/nologin itp \
    && install -d -o itp -g itp -m 0700 /srv/itp/data
COPY --from=build /out/itp /usr/local/bin/itp
COPY config /srv/itp/config
WORKDIR /srv/itp
USER itp
# The only folder that is written to: the rest may be mounted read-only.
VOLUME ["/srv/itp/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["itp", "health"]
ENTRYPOINT ["itp"]
# Inside a container the loopback would be reachable for nobody; who may reach the port is decided by its publishing.
CMD ["serve", "--config", "config", "--data", "data", "--listen", "0.0.0.0:8080"]
