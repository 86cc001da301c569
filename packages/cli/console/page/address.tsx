/** The part of the page that the address names after `#`, so that a reload and a link keep it. */
import { useEffect, useState } from "preact/hooks";

/**
 * The named part; draws again when the address changes.
 * @param names every part; the first is shown where the address names none
 */
export function useAddressed<Name extends string>(names: readonly [Name, ...Name[]]): Name {
  const named = (): Name => {
    const hash = window.location.hash.slice(1);
    return names.find((name) => name === hash) ?? names[0];
  };
  const [name, setName] = useState(named);
  useEffect(() => {
    const changed = (): void => setName(named);
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return name;
}
