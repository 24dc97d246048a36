"""A TCP relay in front of a server, which can keep its answers back and then cut the connections: what a client saw that
lost the server after it had stored, and before it had said so."""
import contextlib
import socket
import threading

HANDSHAKE_BYTES = 600  # more than an HTTP/2 client says before its first request, less than any request here


class Relay:
    def __init__(self, target: str):
        self.target = target  # HOST:PORT; may change, for connections that begin then
        self.is_withholding = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.withheld = 0  # bytes that no client got
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return "127.0.0.1:%d" % self._listener.getsockname()[1]

    def cut(self):
        """Ends all connections, as a host that fails does."""
        with self._lock:
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._sockets.clear()

    def close(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                host, port = self.target.split(":")
                server = socket.create_connection((host, int(port)))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._sockets += [client, server]
            asked = [0]
            threading.Thread(target=self._copy, args=(client, server, asked, False), daemon=True).start()
            threading.Thread(target=self._copy, args=(server, client, asked, True), daemon=True).start()

    def _copy(self, source: socket.socket, sink: socket.socket, asked: list[int], is_answer: bool):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not is_answer:
                    asked[0] += len(data)
                elif self.is_withholding and asked[0] > HANDSHAKE_BYTES:
                    self.withheld += len(data)
                    continue
                sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
