# shellcheck shell=bash
# The real servers for tests and hand work: RabbitMQ, MySQL and MariaDB, each with ports and a data folder of its own, so that
# nothing else on the machine is touched. Everything of one stack is below one folder; stopping it removes that folder.

mysql_tree="${XDG_CACHE_HOME:-$HOME/.cache}/notifier/mysql"
no_mysql="No MySQL could be had here (see above): MariaDB stood in for it."

# start_stack FOLDER: returns when all servers answer; FOLDER/env then has what the tests need to know.
start_stack() {
  stop_stack "$1"
  start_servers "$1" || { stop_stack "$1" && return 1; }
}

start_servers() {
  local stack=$1
  mkdir -p "$stack"/{rabbitmq,mysql/tmp,mariadb/tmp}
  stack=$(realpath "$stack")
  local amqp_port amqps_port management_port mysql_port mariadb_port
  free_ports amqp_port amqps_port management_port mysql_port mariadb_port

  write_users "$stack/users.sql"
  start_rabbitmq "$stack/rabbitmq" || return 1
  start_mariadb "$stack/mariadb" &
  local mariadb=$!
  if has_mysql; then
    start_mysql "$stack/mysql" || return 1
  else
    mysql_port=$mariadb_port
  fi
  wait "$mariadb" || return 1
  await_line "$stack/rabbitmq" "Server startup complete" || return 1

  cat > "$stack/env" <<ENV
export NOTIFIER_TEST_STACK=$stack
export NOTIFIER_TEST_RABBITMQ_PORT=$amqp_port
export NOTIFIER_TEST_RABBITMQ_TLS_PORT=$amqps_port
export NOTIFIER_TEST_RABBITMQ_CA=$stack/rabbitmq/ca.pem
export NOTIFIER_TEST_RABBITMQ_MANAGEMENT_PORT=$management_port
export NOTIFIER_TEST_MYSQL_PORT=$mysql_port
export NOTIFIER_TEST_MARIADB_PORT=$mariadb_port
export NOTIFIER_TEST_STANDARD_WEBHOOKS=$PWD/build/standard_webhooks
export NOTIFIER_TEST_EARLIER=$PWD/build/earlier/notifier
ENV
}

write_users() {
  cat > "$1" <<'SQL'
CREATE USER IF NOT EXISTS 'notifier'@'%' IDENTIFIED BY 'notifier-test';
GRANT ALL ON *.* TO 'notifier'@'%' WITH GRANT OPTION;
SQL
}

is_stack_up() {
  local stack=$1 file
  [[ -f $stack/env ]] || return 1
  for file in "$stack"/*/server.pid; do is_running "$file" || return 1; done
}

describe_stack() {
  local stack=$1
  (
    # shellcheck source=/dev/null
    source "$stack/env"
    cat << TEXT
RabbitMQ  amqp://guest:guest@127.0.0.1:$NOTIFIER_TEST_RABBITMQ_PORT, amqps on $NOTIFIER_TEST_RABBITMQ_TLS_PORT, dashboard http://127.0.0.1:$NOTIFIER_TEST_RABBITMQ_MANAGEMENT_PORT
MySQL     127.0.0.1:$NOTIFIER_TEST_MYSQL_PORT, user notifier, password notifier-test
MariaDB   127.0.0.1:$NOTIFIER_TEST_MARIADB_PORT, likewise

For tests by hand: source $stack/env
To stop them:      ./dev stack stop
TEXT
  )
  has_mysql || echo "$no_mysql"
}

# Those of a test that was killed are left behind.
stop_test_servers() {
  local stack
  for stack in build/test-stack build/own-servers/*/; do stop_stack "$stack"; done
}

stop_stack() {
  local stack=$1 folder
  [[ -d $stack ]] || return 0
  for folder in "$stack"/*/; do stop_server "$folder"; done
  rm -rf "$stack"
}

# start_rabbitmq FOLDER [EPMD_PORT]: a node; without a port it gets an EPMD of its own. RabbitMQ holds the log of quorum queues
# in memory up to rabbitmq_log_bytes, 64 MiB unless set: with its own half a gibibyte, a node as small as this one runs into
# its memory alarm. That is set higher than the tests need together, some of which send messages of 64 MiB: it would block all
# publishers of all tests.
start_rabbitmq() {
  local folder=$1 epmd_port=${2:-} dist_port
  free_ports dist_port
  make_certificates "$folder" || { cat "$folder/openssl.log" >&2 && return 1; }
  echo '[rabbitmq_management].' > "$folder/plugins"
  cat > "$folder/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
listeners.ssl.1 = 127.0.0.1:$amqps_port
ssl_options.cacertfile = $folder/ca.pem
ssl_options.certfile = $folder/server.pem
ssl_options.keyfile = $folder/server.key
ssl_options.verify = verify_none
management.tcp.ip = 127.0.0.1
management.tcp.port = $management_port
vm_memory_high_watermark.absolute = 3GB
raft.wal_max_size_bytes = ${rabbitmq_log_bytes:-67108864}
disk_free_limit.absolute = 50MB
cluster_partition_handling = pause_minority
log.console = true
log.file = false
CONF
  # An EPMD and a cookie of its own keep this node apart from every other Erlang node of the machine.
  [[ -n $epmd_port ]] || { free_ports epmd_port && start_epmd "$folder" "$epmd_port"; }
  local environment=(HOME="$folder" ERL_EPMD_PORT="$epmd_port"
    RABBITMQ_USE_LONGNAME=true RABBITMQ_NODENAME="notifier-$amqp_port@127.0.0.1" RABBITMQ_DIST_PORT="$dist_port"
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
    RABBITMQ_CONF_ENV_FILE="$folder/none" RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf"
    RABBITMQ_ADVANCED_CONFIG_FILE="$folder/none" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/plugins"
    RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder" RABBITMQ_PID_FILE="$folder/rabbitmq.pid")
  start_server "$folder" server env "${environment[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
  {
    echo '#!/usr/bin/env bash'
    printf 'exec env'
    printf ' %q' "${environment[@]}" /usr/lib/rabbitmq/bin/rabbitmqctl
    printf ' "$@"\n'
  } > "$folder/rabbitmqctl"
  chmod +x "$folder/rabbitmqctl"
}

start_epmd() { start_server "$1" epmd "$(command -v epmd)" -port "$2" -address 127.0.0.1; }

# start_rabbitmq_cluster FOLDER: three nodes, FOLDER/1 to FOLDER/3. FOLDER/ports has a line for each: AMQP and management.
start_rabbitmq_cluster() {
  local cluster=$1 node epmd_port amqp_port amqps_port management_port first
  free_ports epmd_port
  : > "$cluster/ports"
  for node in 1 2 3; do
    mkdir "$cluster/$node"
    install -m 400 <(echo "notifier-test-cluster") "$cluster/$node/.erlang.cookie"
    free_ports amqp_port amqps_port management_port
    [[ $node != 1 ]] || { start_epmd "$cluster/1" "$epmd_port" && first=notifier-$amqp_port@127.0.0.1; }
    start_rabbitmq "$cluster/$node" "$epmd_port" || return 1
    echo "$amqp_port $management_port" >> "$cluster/ports"
  done
  for node in 1 2 3; do await_line "$cluster/$node" "Server startup complete" || return 1; done
  for node in 2 3; do
    "$cluster/$node/rabbitmqctl" stop_app && "$cluster/$node/rabbitmqctl" join_cluster "$first" &&
      "$cluster/$node/rabbitmqctl" start_app || return 1
  done
}

# A certificate authority that lives as long as the stack, and the certificate that it gave to `localhost`.
make_certificates() {
  local folder=$1
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=notifier test authority" \
      -keyout "$folder/ca.key" -out "$folder/ca.pem" &&
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$folder/server.key" -out "$folder/server.csr" &&
    openssl x509 -req -in "$folder/server.csr" -CA "$folder/ca.pem" -CAkey "$folder/ca.key" -CAcreateserial -days 30 \
      -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1") -out "$folder/server.pem"
  } > "$folder/openssl.log" 2>&1
}

has_mysql() { [[ -x $mysql_tree/usr/sbin/mysqld ]]; }
can_replicate_in_groups() { has_mysql && [[ -f $mysql_tree/usr/lib/mysql/plugin/group_replication.so ]]; }

# Debian's stable releases have no MySQL. The one of unstable is fetched from the machine's own mirror with all it depends on,
# and unpacked into the user's cache folder; nothing is installed. A mirror that lags behind is good enough.
bring_mysql() {
  if has_mysql; then return 0; fi
  local mirror package work=$mysql_tree.partial
  mirror=$(debian_mirror) || return 1
  echo "Unpacking MySQL into $mysql_tree" >&2
  rm -rf "$work"
  mkdir -p "$work"/{state/lists/partial,cache/archives/partial,tree}
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror unstable main" > "$work/sources.list"
  # apt locks the folder of its status file, which has to be this user's own.
  : > "$work/state/status"
  local apt=(apt-get -q -o Dir::State="$work/state" -o Dir::State::Status="$work/state/status" -o Dir::Cache="$work/cache"
    -o Acquire::Languages=none -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root
    -o Acquire::Check-Valid-Until=false)
  {
    "${apt[@]}" update &&
      "${apt[@]}" install --yes --download-only --no-install-recommends mysql-server-core
  } > "$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; return 1; }
  for package in "$work"/cache/archives/*.deb; do dpkg-deb --extract "$package" "$work/tree" || return 1; done
  mv "$work/tree" "$mysql_tree"
  rm -rf "$work"
}

# Debian's MySQL is unpacked, not installed, so it runs on its own C library and as whoever started it. Database servers remove each
# other's temporary tables when they share a folder for them: each has its own.
# mysqld_in FOLDER: sets the caller's array `mysqld` to the command that runs one there, without any of its settings.
mysqld_in() {
  local loader
  loader=$(echo "$mysql_tree"/usr/lib/*/ld-linux-*.so.*)
  mysqld=(env TMPDIR="$1/tmp" "$loader" --library-path "$(dirname "$loader")" "$mysql_tree/usr/sbin/mysqld")
}

start_mysql() {
  local folder=$1 mysqld
  mysqld_in "$folder"
  mysqld+=(--no-defaults "${as_root[@]}" --basedir="$mysql_tree/usr" --datadir="$folder/data")
  "${mysqld[@]}" --initialize-insecure > "$folder/initialize.log" 2>&1 || { tail -n 20 "$folder/initialize.log" >&2; return 1; }
  start_server "$folder" server "${mysqld[@]}" --port="$mysql_port" --bind-address=127.0.0.1 --socket=mysqld.sock \
    --mysqlx=OFF --pid-file=mysqld.pid --secure-file-priv= --init-file="$stack/users.sql"
  await_line "$folder" "ready for connections"
}

# start_mysql_group FOLDER: three servers, FOLDER/1 to FOLDER/3, that are set up for Group Replication with a single primary. The
# group is begun by whoever asked for them; a server that is started again joins it by itself. FOLDER/ports has a line for each.
start_mysql_group() {
  local group=$1 node mysqld mysql_port group_port ports=() seeds=""
  for node in 1 2 3; do
    mkdir -p "$group/$node/tmp"
    free_ports mysql_port group_port
    echo "$mysql_port $group_port" >> "$group/ports"
    seeds+=${seeds:+,}127.0.0.1:$group_port
  done
  # Users that each server had made for itself would be transactions that the others lack: all begin with one and the same data.
  write_users "$group/users.sql"
  mysqld_in "$group/1"
  "${mysqld[@]}" --no-defaults "${as_root[@]}" --basedir="$mysql_tree/usr" --datadir="$group/1/data" --init-file="$group/users.sql" \
    --initialize-insecure > "$group/initialize.log" 2>&1 || { tail -n 20 "$group/initialize.log" >&2; return 1; }
  rm -f "$group/1/data"/{auto.cnf,binlog.*}
  for node in 2 3; do cp -r "$group/1/data" "$group/$node/data"; done
  while read -r mysql_port group_port; do
    ports+=("$mysql_port") && node=${#ports[@]}
    write_group_settings "$group/$node" "$node" > "$group/$node/my.cnf"
    mysqld_in "$group/$node"
    start_server "$group/$node" server "${mysqld[@]}" --defaults-file="$group/$node/my.cnf" "${as_root[@]}"
  done < "$group/ports"
  for node in 1 2 3; do await_line "$group/$node" "ready for connections" || return 1; done
  for node in 1 2 3; do sed -i 's/^\(group_replication_start_on_boot\) = OFF$/\1 = ON/' "$group/$node/my.cnf"; done
}

write_group_settings() {
  local folder=$1 node=$2
  cat <<CNF
[mysqld]
basedir = $mysql_tree/usr
datadir = $folder/data
port = $mysql_port
bind_address = 127.0.0.1
socket = mysqld.sock
pid_file = mysqld.pid
mysqlx = OFF
secure_file_priv =
server_id = $node
report_host = 127.0.0.1
gtid_mode = ON
enforce_gtid_consistency = ON
sql_require_primary_key = ON
plugin_load_add = group_replication.so
group_replication_group_name = 6e6f7469-6669-6572-0000-000000000001
group_replication_local_address = 127.0.0.1:$group_port
group_replication_group_seeds = $seeds
group_replication_recovery_get_public_key = ON
group_replication_start_on_boot = OFF
CNF
}

start_mariadb() {
  local folder=$1
  TMPDIR="$folder/tmp" mariadb-install-db --no-defaults "${as_root[@]}" --datadir="$folder/data" \
    --auth-root-authentication-method=normal --skip-test-db --force > "$folder/initialize.log" 2>&1 ||
    { cat "$folder/initialize.log" >&2; return 1; }
  start_server "$folder" server env TMPDIR="$folder/tmp" "$(PATH=$PATH:/usr/sbin command -v mariadbd)" --no-defaults "${as_root[@]}" \
    --datadir="$folder/data" --port="$mariadb_port" --bind-address=127.0.0.1 --socket=mariadbd.sock \
    --pid-file=mariadbd.pid --init-file="$stack/users.sql"
  await_line "$folder" "ready for connections"
}

# Database servers refuse to run as root unless they are told so.
as_root=()
[[ $EUID -ne 0 ]] || as_root=(--user=root)

# start_server FOLDER NAME COMMAND...: in a session of its own, so that Ctrl-C in the terminal does not reach it, and without
# the lock of `./dev test`. FOLDER/NAME.start starts it again, as tests do that stop or kill it.
start_server() {
  local folder=$1 name=$2
  shift 2
  {
    echo '#!/usr/bin/env bash'
    printf 'cd %q && echo $$ > %q.pid && exec setsid' "$folder" "$name"
    printf ' %q' "$@"
    printf ' >> %q.log 2>&1 < /dev/null\n' "$name"
  } > "$folder/$name.start"
  chmod +x "$folder/$name.start"
  : > "$folder/$name.log"
  "$folder/$name.start" 9>&- &
  echo $! > "$folder/$name.pid"
  disown
}

# is_running FILE.pid: a number left by an earlier boot may be somebody else's process by now; the working directory tells.
is_running() {
  local file=$1
  [[ -f $file && $(readlink "/proc/$(< "$file")/cwd") == "$(realpath "$(dirname "$file")")"* ]]
}

# Their data goes with them, so servers are ended without ceremony. One that a test has started stays in /proc until the test
# has heard of its end.
stop_server() {
  local folder=$1 file
  for file in "$folder"/{server,epmd}.pid; do
    is_running "$file" || continue
    kill -KILL -- "-$(< "$file")"
    while is_running "$file"; do sleep 0.05; done
  done
}

# await_line FOLDER TEXT: until the server's log has it; fails when the server has ended or after a minute.
await_line() {
  local folder=$1 text=$2 pid
  pid=$(< "$folder/server.pid")
  for _ in {1..600}; do
    if grep -q "$text" "$folder/server.log"; then return 0; fi
    [[ -e /proc/$pid ]] || break
    sleep 0.1
  done
  echo "$(basename "$folder") did not start; the end of its log:" >&2
  tail -n 30 "$folder/server.log" >&2
  return 1
}

# Ports are taken from a block that no other stack of this user has, below the range that the system hands out by itself: a
# server takes its port some time after it was chosen. The lock is held as long as this shell or one of its servers lives.
first_port=20000 ports_in_block=60 port_blocks=200
block_of_ports=""
take_block_of_ports() {
  [[ -z $block_of_ports ]] || return 0
  local folder="${TMPDIR:-/tmp}/notifier-ports-$UID" block lock
  mkdir -p "$folder"
  for block in $(shuf -i 0-$((port_blocks - 1))); do
    exec {lock}> "$folder/$block"
    if flock --nonblock "$lock"; then block_of_ports=$block && return 0; fi
    exec {lock}>&-
  done
  echo "All ports for servers are taken; $folder has their locks." >&2
  return 1
}

# free_ports VARIABLE...: sets each to a port of the block on which nobody listens and which this shell has not been given yet.
declare -A given_ports=()
free_ports() {
  local variable port
  take_block_of_ports || return 1
  for variable in "$@"; do
    while port=$((first_port + block_of_ports * ports_in_block + RANDOM % ports_in_block)); do
      [[ -z ${given_ports[$port]:-} ]] || continue
      if ! grep -qi ":$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2> /dev/null; then break; fi
    done
    given_ports[$port]=given
    printf -v "$variable" %s "$port"
  done
}
