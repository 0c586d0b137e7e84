// Two corrections of what Gradio draws, made whenever it changes the page.
new MutationObserver(() => {
  document.body?.classList.remove("dark"); // the charts are drawn for a light page
  // An upload is named by the words it shows; Gradio's own label says others.
  document.querySelectorAll("button.upload-container[aria-label]").forEach((one) => one.removeAttribute("aria-label"));
}).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["class", "aria-label"] });
