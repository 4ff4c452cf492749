"""HTTP/1.1 as far as the driver itself needs it: one request at a time, on a kept connection."""

import http.client
import socket


class HTTPClient:
    """A connection that is opened at the first request. Every failure is an OSError."""

    def __init__(self, host, port, timeout):
        self._connection = http.client.HTTPConnection(host, port, timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._connection.close()

    def request(self, method, target, body=None):
        """Status and body of the answer."""
        if isinstance(body, str):
            body = body.encode()
        try:
            if self._connection.sock is None:
                self._connection.connect()
                self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection.request(method, target, body)
            response = self._connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException as error:
            self._connection.close()
            raise ConnectionError(repr(error)) from error
        except OSError:
            self._connection.close()
            raise
