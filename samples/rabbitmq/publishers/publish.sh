#!/bin/sh
# publish.sh [management-url [username password]]: publishes an order through RabbitMQ's management API
url="${1:-http://localhost:15672}"
curl --silent --show-error --fail-with-body --user "${2:-guest}:${3:-guest}" --header 'Content-Type: application/json' \
  --data '{"routing_key": "millrace.orders.new", "payload_encoding": "string", "properties": {"content_type": "application/json"},
           "payload": "{\"item\": \"1 × 냉면\", \"table\": 1, \"from\": \"curl\"}"}' \
  "${url%/}/api/exchanges/%2F/amq.topic/publish"
