/** Gatehouse's mark. */
export function Mark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="7" fill="#1f7285" />
      <path d="M8 25V13a8 8 0 0 1 16 0v12h-4.4V13.4a3.6 3.6 0 0 0-7.2 0V25z" fill="#fff" />
      <rect x="14.6" y="17" width="2.8" height="8" rx="1.4" fill="#b3d8e0" />
    </svg>
  );
}
