/** Says that the engine cannot be reached right now, and goes away by itself. What is on screen stays readable. */
import { Loader } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useConnectionState } from '#renderer/data/use-connection-state.ts';
import classes from './reconnecting-notice.module.css';

/** A hiccup shorter than this is not worth a word. */
const quietMilliseconds = 400;

export function ReconnectingNotice() {
  const reconnecting = useConnectionState() === 'reconnecting';
  const [waited, setWaited] = useState(false);
  useEffect(() => {
    if (!reconnecting) return undefined;
    const timer = setTimeout(() => setWaited(true), quietMilliseconds);
    return () => {
      clearTimeout(timer);
      setWaited(false);
    };
  }, [reconnecting]);
  return (
    <div role="status">
      {reconnecting && waited && (
        <div className={classes.notice}>
          <Loader size={13} color="currentColor" /> Reconnecting…
        </div>
      )}
    </div>
  );
}
