/** Style sheets, which esbuild puts into page.css. */
declare module '*.css';
