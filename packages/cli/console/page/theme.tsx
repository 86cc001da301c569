/** Light or dark: as the system says, or as the reader chose. */
import { useEffect, useState } from "preact/hooks";

const themes = { system: "as the system", light: "light", dark: "dark" } as const;
type Theme = keyof typeof themes;

const KEY = "ghrunners-console-theme";

/** Storage may be forbidden in a private window; the choice then lasts as long as the page. */
function stored(): Theme {
  try {
    const text = window.localStorage.getItem(KEY) ?? "";
    return Object.hasOwn(themes, text) ? (text as Theme) : "system";
  } catch {
    return "system";
  }
}

function store(theme: Theme): void {
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // See above.
  }
}

/** Sent after a change of theme: a canvas has to be drawn again to take over the colours of the style. */
export const THEME_CHANGED = "theme-changed";

export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(stored);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    window.dispatchEvent(new Event(THEME_CHANGED));
  }, [theme]);
  return (
    <label class="theme">
      Colours{" "}
      <select
        value={theme}
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.value as Theme;
          store(chosen);
          setTheme(chosen);
        }}
      >
        {Object.entries(themes).map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
