# python3 publish.py [host:port [username password]]: publishes an order by STOMP; needs only the standard library
import socket, sys
host, port = (sys.argv[1] if len(sys.argv) > 1 else 'localhost:61613').split(':')
login = f'login:{sys.argv[2]}\npasscode:{sys.argv[3]}\n' if len(sys.argv) > 3 else ''
with socket.create_connection((host, int(port))) as broker:
    broker.sendall((f'CONNECT\naccept-version:1.2\nhost:/\n{login}\n\0'
        'SEND\ndestination:/topic/millrace.orders.new\ncontent-type:application/json\nreceipt:1\n\n'
        '{"item": "1 × 김치찌개", "table": 7, "from": "Python"}\0DISCONNECT\nreceipt:2\n\n\0').encode())
    while chunk := broker.recv(4096):
        print(chunk.decode(), end='')
