/** A fetch that gives up after `ms` even when the socket hangs; a caller's own signal still counts. */
export function fetchWithin(ms: number, request: typeof fetch): typeof fetch {
  return (input, init) => {
    const timeout = AbortSignal.timeout(ms);
    const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    return request(input, { ...init, signal });
  };
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. */
export function orAbort<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener("abort", stop, { once: true });
    const done = () => {
      signal.removeEventListener("abort", stop);
    };
    work.then(
      (value) => {
        done();
        resolve(value);
      },
      (reason: unknown) => {
        done();
        reject(reason instanceof Error ? reason : new Error(String(reason)));
      },
    );
  });
}
