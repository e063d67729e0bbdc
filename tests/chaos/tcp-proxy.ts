import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the network does to connections: nothing, breaks them, slows them, or swallows what is sent. */
export type Weather = 'fair' | 'drop' | 'delay' | 'blackhole';

const DELAY_MS = 300;

export interface TcpProxyOptions {
  /** What is behind it. */
  name: string;
  /** The port that a new connection goes to. */
  target: () => number;
  /**
   * How long the other end of a connection that swallowed something does not hear that it was
   * closed, in milliseconds. @default 0
   */
  unheardMs?: number;
}

/** Two sockets, as one connection. */
interface Connection {
  /** Something was swallowed: whatever comes later is, too, as no stream has holes. */
  isLost: boolean;
}

/** Stands between services and does to their connections what a bad network does. */
export class TcpProxy {
  #weather: Weather = 'fair';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly options: TcpProxyOptions;

  constructor(options: TcpProxyOptions) {
    this.options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** @returns the port */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** What changes meets the connections that are open, too. */
  change(weather: Weather): void {
    this.#weather = weather;
    if (weather === 'drop') for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    this.#track(client);
    if (this.#weather === 'drop') {
      client.resetAndDestroy();
      return;
    }
    const upstream = this.#track(connect(this.options.target(), '127.0.0.1'));
    const connection = { isLost: false };
    this.#pass(client, upstream, connection);
    this.#pass(upstream, client, connection);
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #pass(from: Socket, to: Socket, connection: Connection): void {
    const { unheardMs = 0 } = this.options;
    const tell = (news: () => void) => {
      if (connection.isLost) setTimeout(news, unheardMs).unref();
      else news();
    };
    from.on('data', (chunk) => {
      if (this.#weather === 'blackhole') connection.isLost = true;
      if (connection.isLost) return;
      if (this.#weather === 'delay') setTimeout(() => to.write(chunk), DELAY_MS);
      else to.write(chunk);
    });
    from.on('end', () => tell(() => to.end()));
    from.on('error', () => tell(() => to.destroy()));
    from.on('close', () => tell(() => to.destroy()));
  }
}
