import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

const node = 'http://127.0.0.1:8710';

export default defineConfig({
  plugins: [preact()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    cssCodeSplit: false,
    // The page must run under script-src 'self': nothing may be inlined into index.html.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    // Keeps Origin and Host alike, which the node insists on.
    proxy: { '/api': { target: node, ws: true, changeOrigin: true, headers: { origin: node } } },
  },
});
