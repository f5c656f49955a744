"""The contrast of a page's texts with their backgrounds, by the formula of WCAG 2.2."""

LOW_CONTRAST_SCRIPT = """
() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = (part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([red, green, blue]) =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const top = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  const texts = [...top.querySelectorAll("*")].filter((node) =>
    node.checkVisibility({ visibilityProperty: true }) &&
    node.tagName !== "OPTION" &&
    [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  return texts.flatMap((node) => {
    const [text, background] = [light(channels(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(text, background) + 0.05) / (Math.min(text, background) + 0.05);
    const line = `${ratio.toFixed(2)} ${node.tagName} ${node.textContent.slice(0, 30)}`;
    return ratio < 4.5 ? [line] : [];
  });
}
"""
"""Lists every visible text below 4.5 to 1, of the form on top if one is open."""
