/** Where one of several tasks that run side by side writes. */
export interface Channel {
  write(text: string): void;
  /** Nothing more comes; what the next one has kept so far is shown. */
  end(): void;
}

/**
 * Channels whose texts appear one after the other, in the order given, whatever runs first:
 * the first that has not ended is shown as it writes, the later ones keep theirs until it is their turn.
 */
export function orderedChannels(count: number, show: (text: string) => void): Channel[] {
  const kept = Array.from({ length: count }, () => "");
  const ended = new Set<number>();
  let current = 0;
  const advance = (): void => {
    while (ended.has(current)) {
      current += 1;
      if (current < count) show(kept[current] ?? "");
    }
  };
  return kept.map((_, index) => ({
    write: (text) => {
      if (index === current) show(text);
      else kept[index] += text;
    },
    end: () => {
      ended.add(index);
      advance();
    },
  }));
}
