# Finds a RabbitMQ for ./demo rabbitmq, or starts one. ./demo sources this file. It sets RABBITMQ_STOMP; stop_broker stops what it started.
#   RABBITMQ_STOMP=[username:password@]host:port   uses the server at that address
#   otherwise, if Docker answers                   starts the one in compose.yaml
#   otherwise, if rabbitmq-server is installed     starts it with a private folder and private ports

broker_folder="$here/samples/rabbitmq/target/rabbitmq"

stop_broker() { :; }

start_broker() {
  if [[ -n "${RABBITMQ_STOMP:-}" ]]; then
    return
  elif command -v docker > /dev/null && docker compose version > /dev/null 2>&1 && docker info > /dev/null 2>&1; then
    start_compose
  elif rabbitmq_server > /dev/null; then
    start_private
  else
    fail "needs RabbitMQ: set RABBITMQ_STOMP=username:password@host:port, or start Docker, or install rabbitmq-server"
  fi
  export RABBITMQ_STOMP
}

start_compose() {
  echo "Starting RabbitMQ in Docker…" >&2
  docker compose -f "$here/samples/rabbitmq/compose.yaml" up --detach --wait >&2 || fail "docker compose failed"
  stop_broker() { docker compose -f "$here/samples/rabbitmq/compose.yaml" stop >&2; }
  RABBITMQ_STOMP=guest:guest@localhost:61613
}

# Prints the folder of RabbitMQ's scripts. Debian's wrappers only run as a user of their own.
rabbitmq_server() {
  local found
  for found in /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin "$(dirname "$(command -v rabbitmq-server || echo /none/x)")"; do
    [[ -x "$found/rabbitmq-server" ]] && echo "$found" && return
  done
  return 1
}

is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

start_private() {
  local sbin base=35672 i
  sbin="$(rabbitmq_server)"
  until is_free $base && is_free $((base + 1)) && is_free $((base + 2)) && is_free $((base + 3)) && is_free $((base + 4)); do
    base=$((base + 10))
  done
  mkdir -p "$broker_folder"
  echo '[rabbitmq_stomp,rabbitmq_stream,rabbitmq_management].' > "$broker_folder/enabled_plugins"
  cat > "$broker_folder/rabbitmq.conf" << CONF
listeners.tcp.1 = 127.0.0.1:$base
stomp.listeners.tcp.1 = 127.0.0.1:$((base + 1))
stream.listeners.tcp.1 = 127.0.0.1:$((base + 2))
management.tcp.ip = 127.0.0.1
management.tcp.port = $((base + 3))
CONF
  broker_environment=(
    HOME="$broker_folder" RABBITMQ_NODENAME="board@localhost" RABBITMQ_DIST_PORT=$((base + 5))
    RABBITMQ_MNESIA_BASE="$broker_folder/data" RABBITMQ_LOG_BASE="$broker_folder/log" RABBITMQ_PID_FILE="$broker_folder/pid"
    RABBITMQ_ENABLED_PLUGINS_FILE="$broker_folder/enabled_plugins" RABBITMQ_CONFIG_FILE="$broker_folder/rabbitmq.conf"
    RABBITMQ_CONF_ENV_FILE="$broker_folder/none" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((base + 4))
    ERL_CRASH_DUMP="$broker_folder/erl_crash.dump"
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
    RABBITMQ_CTL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
  )
  echo "Starting RabbitMQ in $broker_folder…" >&2
  # It gets a session of its own, so that Ctrl-C stops the board first.
  env "${broker_environment[@]}" setsid "$sbin/rabbitmq-server" > "$broker_folder/out.log" 2>&1 < /dev/null &
  broker_base=$base broker_sbin="$sbin"
  stop_broker() {
    env "${broker_environment[@]}" "$broker_sbin/rabbitmqctl" --quiet stop "$broker_folder/pid" > /dev/null 2>&1 || true
    ERL_EPMD_PORT=$((broker_base + 4)) epmd -port $((broker_base + 4)) -kill > /dev/null 2>&1 || true
  }
  for ((i = 0; i < 600; i++)); do
    is_free $((base + 1)) || is_free $((base + 3)) || break
    sleep 0.1
  done
  if is_free $((base + 1)); then
    stop_broker
    fail "RabbitMQ did not start; see $broker_folder/out.log"
  fi
  RABBITMQ_STOMP=guest:guest@127.0.0.1:$((base + 1))
  echo "RabbitMQ: STOMP on 127.0.0.1:$((base + 1)), management on http://127.0.0.1:$((base + 3))/ (guest, guest)" >&2
}
