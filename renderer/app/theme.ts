/** The console's look: calm, dense, petrol on cool grey. */
import { Button, createTheme, Input, type MantineColorsTuple } from '@mantine/core';

const petrol: MantineColorsTuple = [
  '#eef7f9',
  '#d9ecf0',
  '#b3d8e0',
  '#86c0cd',
  '#58a4b5',
  '#35899c',
  '#1f7285',
  '#155f70',
  '#114e5c',
  '#0b3a45',
];

const gray: MantineColorsTuple = [
  '#f7f9fa',
  '#eff2f4',
  '#e3e8ec',
  '#d0d7dd',
  '#b0bac4',
  '#87929f',
  '#5d6876',
  '#4a5563',
  '#333d49',
  '#1d252d',
];

const dark: MantineColorsTuple = [
  '#d7dde3',
  '#b7c1cb',
  '#97a3b0',
  '#6b7886',
  '#3b4652',
  '#2d3741',
  '#232b34',
  '#181f26',
  '#12181e',
  '#0c1115',
];

const green: MantineColorsTuple = [
  '#edf8f1',
  '#def2e4',
  '#bce3ca',
  '#93d7ab',
  '#62be86',
  '#4caf75',
  '#2f8a54',
  '#24713f',
  '#1b5e37',
  '#12462a',
];

const red: MantineColorsTuple = [
  '#fdf0ef',
  '#fce4e3',
  '#f7c8c6',
  '#f2a5a5',
  '#ea8080',
  '#e05b5b',
  '#c93636',
  '#b02a2c',
  '#98252a',
  '#741c20',
];

const yellow: MantineColorsTuple = [
  '#fef8ec',
  '#fdf0d8',
  '#f8e0b2',
  '#f0c27a',
  '#e8b05a',
  '#e0a13d',
  '#c77d0a',
  '#a06305',
  '#7a4a00',
  '#573500',
];

export const theme = createTheme({
  colors: { petrol, gray, dark, green, red, yellow },
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 6 },
  white: '#ffffff',
  black: '#1a2229',
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '6px', lg: '10px', xl: '24px' },
  fontFamily: "'Inter Variable', system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace",
  headings: { fontWeight: '650' },
  fontSizes: { xs: '11.5px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  spacing: { xs: '8px', sm: '10px', md: '14px', lg: '20px', xl: '28px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 250,
        multiline: true,
        maw: 320,
        fz: 12,
        events: { hover: true, focus: true, touch: true },
      },
    },
    // A console that is looked at all day is denser than the library's form sizes.
    Button: Button.extend({
      defaultProps: { size: 'sm' },
      vars: (_theme, props) => ({
        root: props.size === 'sm' ? { '--button-height': '32px', '--button-padding-x': '13px' } : {},
      }),
    }),
    Input: Input.extend({
      vars: (_theme, props) => ({
        wrapper:
          props.size === undefined || props.size === 'sm' ? { '--input-height': '32px', '--input-size': '32px' } : {},
      }),
    }),
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        overlayProps: { backgroundOpacity: 0.45 },
        transitionProps: { duration: 120 },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } },
    Spotlight: { defaultProps: { overlayProps: { backgroundOpacity: 0.45, blur: 0 } } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } },
  },
});
