FROM debian:13.1-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      g++ cmake ninja-build pkg-config default-libmysqlclient-dev libboost-dev libboost-json-dev libboost-url-dev libcli11-dev \
      libcurl4-openssl-dev libkainjow-mustache-dev librabbitmq-dev libspdlog-dev libsqlite3-dev libsqlitecpp-dev libssl-dev \
      libtomlplusplus-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY CMakeLists.txt ./
COPY cmake cmake
COPY include include
COPY sql sql
COPY src src
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DNOTIFIER_TESTS=OFF \
 && cmake --build /build --target notifier \
 && strip /build/notifier

FROM debian:13.1-slim
# libmariadb3 holds the plugin for caching_sha2_password, which MySQL asks for unless told otherwise.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      ca-certificates libboost-json1.83.0 libboost-url1.83.0 libcurl4t64 libmariadb3 librabbitmq4 libspdlog1.15 libsqlite3-0 \
      libssl3t64 libtomlplusplus3t64 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 notifier \
 && useradd --uid 10001 --gid notifier --home-dir /var/lib/notifier --create-home --shell /usr/sbin/nologin notifier
COPY --from=build /build/notifier /usr/local/bin/notifier
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER 10001:10001
# In a container loopback is the container's own, which published ports and probes do not reach.
ENV DATA_DIR=/var/lib/notifier/data API_HOST=0.0.0.0 HEALTH_HOST=0.0.0.0 SHUTDOWN_DELAY=5s
EXPOSE 3005 3006
HEALTHCHECK --interval=10s --timeout=8s --start-period=20s CMD ["notifier", "healthcheck"]
ENTRYPOINT ["notifier"]
CMD ["all"]
