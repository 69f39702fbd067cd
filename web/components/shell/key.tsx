/** A key as it stands on the keyboard. */
export function Key({ name }: { name: string }) {
  return (
    <kbd className="inline-grid h-4 min-w-4 place-items-center rounded-[3px] border border-line-2 px-1 font-mono text-[10px] font-medium text-fg-3">
      {name}
    </kbd>
  );
}
